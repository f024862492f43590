// PCRE2 for bytes: patterns of profiles, matched with a limit on steps and memory.
#pragma once
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
