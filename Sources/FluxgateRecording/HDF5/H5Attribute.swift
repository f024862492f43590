internal import CHDF5

/// Reads the value of a small attribute.
enum H5Attribute {
  /// The stored bytes of an attribute that has exactly `count` of them; nil for any other.
  static func bytes(_ name: String, of place: H5Object, _ count: Int) -> [UInt8]? {
    // SAFETY: the string lives through the call.
    let id = unsafe H5Aopen(place.id, name, hid_t(H5P_DEFAULT))
    guard let attribute = try? H5Object(.attribute, id, .open, ""),
      let type = try? H5Object(.type, H5Aget_type(attribute.id), .open, ""),
      H5Tis_variable_str(type.id) == 0, H5Tget_class(type.id) != H5T_VLEN,
      let space = try? H5Object(.space, H5Aget_space(attribute.id), .open, "")
    else { return nil }
    let points = H5Sget_simple_extent_npoints(space.id)
    guard points > 0, points <= 64, H5Tget_size(type.id) <= 64,
      Int(points) * H5Tget_size(type.id) == count
    else { return nil }
    var bytes = [UInt8](repeating: 0, count: count)
    // SAFETY: HDF5 writes points x size bytes, the array's count; the type holds no pointers.
    let read = unsafe bytes.withUnsafeMutableBytes { raw in
      unsafe H5Aread(attribute.id, type.id, raw.baseAddress)
    }
    return read >= 0 ? bytes : nil
  }
}
