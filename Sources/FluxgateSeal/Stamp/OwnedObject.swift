/// An object of OpenSSL's, freed with its owner. Belongs to one thread.
@safe final class OwnedObject {
  private let pointer: OpaquePointer
  private let release: (OpaquePointer) -> Void

  /// - Parameter pointer: nil only when memory is gone.
  init(_ pointer: OpaquePointer?, release: @escaping (OpaquePointer) -> Void) {
    guard let pointer = unsafe pointer else { fatalError("no memory for a time stamp") }
    unsafe self.pointer = pointer
    unsafe self.release = release
  }

  // SAFETY: nobody else frees the object.
  deinit { unsafe release(pointer) }

  /// Lends the object for the length of `body`.
  func with<Result>(_ body: (OpaquePointer) -> Result) -> Result { unsafe body(pointer) }
}
