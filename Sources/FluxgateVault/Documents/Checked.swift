/// Names the object whose reading fails.
func checked<Document>(
  _ name: ObjectName, _ read: () throws(ObjectFault) -> Document
) throws(VaultError) -> Document {
  do {
    return try read()
  } catch {
    throw .refused(name.text, error)
  }
}
