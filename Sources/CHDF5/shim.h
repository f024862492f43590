// HDF5's constants are macros over mutable globals, which Swift 6 does not import: each is offered
// here as a function. The rest turns C unions, callbacks and in-out counts into plain values.
#pragma once
#include <hdf5.h>
#include <string.h>

// Library types by Fluxgate's type code (RecordingFormat); negative for an unknown one.
static inline hid_t fg_h5_type(int code) {
  switch (code) {
  case 0: return H5T_STD_U8LE;
  case 1: return H5T_STD_I16LE;
  case 2: return H5T_STD_I32LE;
  case 3: return H5T_STD_I64LE;
  case 4: return H5T_IEEE_F32LE;
  case 5: return H5T_IEEE_F64LE;
  default: return -1;
  }
}
static inline hid_t fg_h5_u32(void) { return H5T_STD_U32LE; }
static inline hid_t fg_h5_c_string(void) { return H5T_C_S1; }

static inline hid_t fg_h5p_dataset_create(void) { return H5P_DATASET_CREATE; }
static inline hid_t fg_h5p_group_create(void) { return H5P_GROUP_CREATE; }
static inline hid_t fg_h5p_file_create(void) { return H5P_FILE_CREATE; }
static inline hid_t fg_h5p_file_access(void) { return H5P_FILE_ACCESS; }
static inline unsigned fg_h5f_read_only(void) { return H5F_ACC_RDONLY; }
static inline unsigned fg_h5f_truncate(void) { return H5F_ACC_TRUNC; }
static inline hsize_t fg_h5s_unlimited(void) { return H5S_UNLIMITED; }

// Printing is a setting of the calling thread: every way into the box switches it off.
// Its clean-up at the program's end is switched off too, which only the first call does: after a write
// that failed on a full disk it reads freed memory. Every object is closed by its owner here.
static inline void fg_h5_silence(void) {
  H5dont_atexit();
  H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

// Its encoder and decoder refuse: in this process chunks go in and out sealed.
static inline size_t fg_h5_refuse(
    unsigned flags, size_t count, const unsigned values[], size_t bytes, size_t *size, void **buffer) {
  (void)flags; (void)count; (void)values; (void)bytes; (void)size; (void)buffer;
  return 0;
}
// A dataset with a mandatory filter can only be made where the filter is registered.
static inline int fg_h5_register_filter(int number) {
  H5Z_class2_t filter = {
      H5Z_CLASS_T_VERS, number, 1, 1, "fluxgate sealed chunk", NULL, NULL, fg_h5_refuse};
  return H5Zregister(&filter);
}

// 1 for a hard link, 0 for any other, negative when there is none.
static inline int fg_h5_link_is_hard(hid_t place, const char *name) {
  H5L_info_t info;
  if (H5Lget_info(place, name, &info, H5P_DEFAULT) < 0) return -1;
  return info.type == H5L_TYPE_HARD;
}
static inline long long fg_h5_link_count(hid_t group) {
  H5G_info_t info;
  if (H5Gget_info(group, &info) < 0) return -1;
  return (long long)info.nlinks;
}
// Length of the name of link `number`, in the order of names.
static inline long fg_h5_link_name(hid_t group, hsize_t number, char *name, size_t size) {
  return (long)H5Lget_name_by_idx(
      group, ".", H5_INDEX_NAME, H5_ITER_INC, number, name, size, H5P_DEFAULT);
}
typedef struct { int kind; unsigned links; unsigned long long attributes; } fg_h5_object;
// Kind 0 group, 1 dataset, else other; negative when it cannot be read.
static inline fg_h5_object fg_h5_describe(hid_t object) {
  fg_h5_object out = {-1, 0, 0};
  H5O_info_t info;
  if (H5Oget_info2(object, &info, H5O_INFO_BASIC | H5O_INFO_NUM_ATTRS) < 0) return out;
  out.kind = info.type == H5O_TYPE_GROUP ? 0 : info.type == H5O_TYPE_DATASET ? 1 : 2;
  out.links = info.rc;
  out.attributes = info.num_attrs;
  return out;
}

typedef struct { int ok; unsigned mask; unsigned long long size; } fg_h5_chunk;
// Address undefined means: not there.
static inline fg_h5_chunk fg_h5_chunk_at(hid_t dataset, hsize_t row) {
  fg_h5_chunk out = {0, 0, 0};
  hsize_t offset[2] = {row, 0}, size = 0;
  haddr_t address = HADDR_UNDEF;
  unsigned mask = 0;
  if (H5Dget_chunk_info_by_coord(dataset, offset, &mask, &address, &size) < 0) return out;
  if (address == HADDR_UNDEF) return out;
  out.ok = 1; out.mask = mask; out.size = size;
  return out;
}
static inline long long fg_h5_chunk_count(hid_t dataset) {
  hsize_t count = 0;
  hid_t space = H5Dget_space(dataset);
  if (space < 0) return -1;
  herr_t done = H5Dget_num_chunks(dataset, space, &count);
  H5Sclose(space);
  return done < 0 ? -1 : (long long)count;
}

typedef struct {
  int rank; hsize_t extent[2]; hsize_t maximum[2]; int chunked; hsize_t chunk[2];
  int filters; int filter; unsigned flags; size_t value_count; unsigned values[8];
  int external; int type_equal; int fill_ok; unsigned char fill[8];
} fg_h5_shape;
// Everything a verifier compares of a dataset, as plain numbers. Returns a negative number when
// something cannot be read. The fill value is asked for in the type of `code`.
static inline int fg_h5_inspect(hid_t dataset, int code, fg_h5_shape *out) {
  memset(out, 0, sizeof *out);
  int done = -1;
  hid_t space = H5Dget_space(dataset), type = H5Dget_type(dataset);
  hid_t list = H5Dget_create_plist(dataset);
  if (space >= 0 && type >= 0 && list >= 0) {
    out->rank = H5Sget_simple_extent_ndims(space);
    out->chunked = H5Pget_layout(list) == H5D_CHUNKED;
    out->external = H5Pget_external_count(list);
    out->filters = H5Pget_nfilters(list);
    out->type_equal = H5Tequal(type, fg_h5_type(code)) > 0;
    if (out->rank == 2) H5Sget_simple_extent_dims(space, out->extent, out->maximum);
    if (out->chunked && out->rank == 2) H5Pget_chunk(list, 2, out->chunk);
    if (out->filters == 1) {
      out->value_count = 8;
      out->filter = H5Pget_filter2(
          list, 0, &out->flags, &out->value_count, out->values, 0, NULL, NULL);
    }
    if (out->type_equal) out->fill_ok = H5Pget_fill_value(list, type, out->fill) >= 0;
    done = 0;
  }
  if (list >= 0) H5Pclose(list);
  if (type >= 0) H5Tclose(type);
  if (space >= 0) H5Sclose(space);
  return done;
}
