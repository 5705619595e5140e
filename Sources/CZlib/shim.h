// zlib, for its CRC-32 alone: it runs at memory speed, and every zip reader has one like it.
#include <zlib.h>
