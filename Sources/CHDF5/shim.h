// HDF5's constants are macros over mutable globals, which Swift 6 does not import: each is offered
// here as a function.
#pragma once
#include <hdf5.h>
