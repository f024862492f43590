/// One object that becomes one file.
struct PullItem: Hashable {
  /// Below the recording's folder, for example `segments/00000001.h5`.
  let file: String
  let object: ObjectName
  let expected: DirectoryVault.Head
}
