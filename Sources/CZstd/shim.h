// zstd's simple one-frame calls with a reused context.
#pragma once
#include <zstd.h>
#include <zstd_errors.h>
