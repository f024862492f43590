internal import CZstd

/// zstd frames of known size; the box around libzstd. One value belongs to one thread.
@safe final class ZstdFrames {
  private let compressor: OpaquePointer
  private let decompressor: OpaquePointer

  init() {
    // SAFETY: both contexts are owned by this object and freed in deinit.
    guard let compressor = unsafe ZSTD_createCCtx(), let decompressor = unsafe ZSTD_createDCtx()
    else { fatalError("no memory for a zstd context") }
    unsafe self.compressor = compressor
    unsafe self.decompressor = decompressor
  }

  deinit {
    // SAFETY: nobody else holds the contexts.
    unsafe ZSTD_freeCCtx(compressor)
    unsafe ZSTD_freeDCtx(decompressor)
  }

  /// One frame at level 1.
  func compress(_ bytes: [UInt8]) -> [UInt8] {
    let bound = ZSTD_compressBound(bytes.count)
    // SAFETY: zstd reads `bytes.count` bytes and writes at most `bound`, the buffer's size.
    return unsafe [UInt8](unsafeUninitializedCapacity: bound) { output, count in
      let done = unsafe bytes.withUnsafeBytes { input in
        unsafe ZSTD_compressCCtx(
          compressor, output.baseAddress, output.count, input.baseAddress, input.count, 1)
      }
      precondition(ZSTD_isError(done) == 0, "a buffer of the stated bound is large enough")
      count = done
    }
  }

  /// Exactly one frame that holds exactly `size` bytes.
  func decompress(_ frame: ArraySlice<UInt8>, to size: Int) throws(ChunkFault) -> [UInt8] {
    var output = [UInt8](repeating: 0, count: size)
    // SAFETY: zstd reads within the frame and writes at most `size` bytes.
    let (done, length) = unsafe frame.withUnsafeBytes { input in
      unsafe output.withUnsafeMutableBytes { output in
        unsafe (
          ZSTD_decompressDCtx(
            decompressor, output.baseAddress, output.count, input.baseAddress, input.count),
          ZSTD_findFrameCompressedSize(input.baseAddress, input.count)
        )
      }
    }
    guard ZSTD_isError(done) == 0, done == size, length == frame.count else {
      throw .coded(ZSTD_isError(done) == 0 ? done : -1, expected: size)
    }
    return output
  }
}
