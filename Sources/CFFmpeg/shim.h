#ifndef CASELIGHT_CFFMPEG_SHIM_H
#define CASELIGHT_CFFMPEG_SHIM_H
#include <libavformat/avformat.h>
#include <libavcodec/avcodec.h>
#include <libavcodec/bsf.h>
#include <libswscale/swscale.h>
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

// What Swift cannot import: macros that are calls or casts, variable arguments, and a callback that runs too often for a crossing.
// No static variables here: each object file of a debug build would have its own.

enum caselight_averror {
    CASELIGHT_AVERROR_EOF = AVERROR_EOF,
    CASELIGHT_AVERROR_EXIT = AVERROR_EXIT,
    CASELIGHT_AVERROR_INVALIDDATA = AVERROR_INVALIDDATA,
    CASELIGHT_AVERROR_PATCHWELCOME = AVERROR_PATCHWELCOME,
    CASELIGHT_AVERROR_PROTOCOL_NOT_FOUND = AVERROR_PROTOCOL_NOT_FOUND,
    CASELIGHT_AVERROR_DEMUXER_NOT_FOUND = AVERROR_DEMUXER_NOT_FOUND,
    CASELIGHT_AVERROR_STREAM_NOT_FOUND = AVERROR_STREAM_NOT_FOUND,
    CASELIGHT_AVERROR_HTTP_BAD_REQUEST = AVERROR_HTTP_BAD_REQUEST,
    CASELIGHT_AVERROR_HTTP_UNAUTHORIZED = AVERROR_HTTP_UNAUTHORIZED,
    CASELIGHT_AVERROR_HTTP_FORBIDDEN = AVERROR_HTTP_FORBIDDEN,
    CASELIGHT_AVERROR_HTTP_NOT_FOUND = AVERROR_HTTP_NOT_FOUND,
    CASELIGHT_AVERROR_HTTP_OTHER_4XX = AVERROR_HTTP_OTHER_4XX,
    CASELIGHT_AVERROR_HTTP_SERVER_ERROR = AVERROR_HTTP_SERVER_ERROR,
};

static inline int64_t caselight_no_timestamp(void) { return AV_NOPTS_VALUE; }

static inline int64_t caselight_monotonic_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

// The way out of a blocking call. Another thread may trip it; all else belongs to the thread that makes the calls.
struct caselight_interrupt {
    int tripped;
    // What the last check that interrupted found: the context may be gone by the time someone asks why.
    int reason;
    // On the monotonic clock.
    int64_t deadline_us;
    // Whose address must stay what it was: libavformat follows an RTSP redirect by changing it, and asks here before it sends anything.
    const AVFormatContext *context;
    const char *url;
};

enum caselight_interrupt_reason {
    CASELIGHT_NOT_INTERRUPTED = 0,
    CASELIGHT_TRIPPED,
    CASELIGHT_DEADLINE_PASSED,
    CASELIGHT_REDIRECTED,
};

static inline void caselight_interrupt_trip(struct caselight_interrupt *interrupt) {
    __atomic_store_n(&interrupt->tripped, 1, __ATOMIC_RELEASE);
}

static inline int caselight_interrupt_is_tripped(const struct caselight_interrupt *interrupt) {
    return __atomic_load_n(&interrupt->tripped, __ATOMIC_ACQUIRE);
}

static inline int caselight_interrupt_check(void *opaque) {
    struct caselight_interrupt *interrupt = (struct caselight_interrupt *)opaque;
    if (caselight_interrupt_is_tripped(interrupt)) return interrupt->reason = CASELIGHT_TRIPPED;
    if (caselight_monotonic_us() >= interrupt->deadline_us) return interrupt->reason = CASELIGHT_DEADLINE_PASSED;
    if (interrupt->context && interrupt->url && interrupt->context->url && strcmp(interrupt->context->url, interrupt->url))
        return interrupt->reason = CASELIGHT_REDIRECTED;
    return CASELIGHT_NOT_INTERRUPTED;
}

static inline void caselight_interrupt_guard(AVFormatContext *context, struct caselight_interrupt *interrupt) {
    context->interrupt_callback.callback = caselight_interrupt_check;
    context->interrupt_callback.opaque = interrupt;
}

// Whatever takes this process over gains no rights by running something else, and other processes of this user cannot read its memory.
static inline void caselight_give_up_privileges(void) {
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

// Timers of the calling thread may go off this much later, so that the system wakes many threads at once.
static inline void caselight_let_timers_be_late(int64_t us) { prctl(PR_SET_TIMERSLACK, (unsigned long)us * 1000, 0, 0, 0); }

// Fragments and pictures come and go: given back to the system each time, every page of them would be faulted in anew.
static inline void caselight_keep_freed_memory(int byteCount) {
    mallopt(M_MMAP_THRESHOLD, 64 << 20);
    mallopt(M_TRIM_THRESHOLD, byteCount);
    mallopt(M_ARENA_MAX, 4);
}

static inline void caselight_name_this_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

// FFmpeg's log, one line a call. Swift defines the receiver, once, in CaselightMedia.
void caselight_media_log(int level, const char *line);

static inline void caselight_log_callback(void *source, int level, const char *format, va_list arguments) {
    if (level > av_log_get_level()) return;
    char line[1024];
    int prefix = 1;
    if (av_log_format_line2(source, level, format, arguments, line, sizeof line, &prefix) > 0) caselight_media_log(level, line);
}

static inline void caselight_log_install(int level) {
    av_log_set_level(level);
    av_log_set_callback(caselight_log_callback);
}
#endif
