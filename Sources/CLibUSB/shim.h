// libusb's asynchronous interface.
#pragma once
#include <libusb.h>
