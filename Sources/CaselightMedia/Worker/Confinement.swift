import CFFmpeg
import Glibc

/// What a worker gives up before it reads its first hostile byte. The place for Landlock and seccomp, when they come.
package enum Confinement {
    package static func enter() {
        caselight_give_up_privileges()
        // A core would have passwords in it, and so may what stands behind the registers, which Swift's backtrace prints.
        for crash in [SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV] { signal(crash, SIG_DFL) }
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        // libavformat would send requests there.
        for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "no_proxy"] { unsetenv(name) }
        signal(SIGTERM, SIG_IGN)
        signal(SIGINT, SIG_IGN)
        signal(SIGPIPE, SIG_IGN)
        FFmpegLog.install()
        avformat_network_init()
    }
}
