// libudev: what devices there are, and word of those that come and go.
#pragma once
#include <libudev.h>
