#ifndef CASELIGHT_CFFMPEG_SHIM_H
#define CASELIGHT_CFFMPEG_SHIM_H
#include <libavformat/avformat.h>
#include <libavcodec/avcodec.h>
#include <libswscale/swscale.h>
#endif
