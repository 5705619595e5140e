import Glibc

signal(SIGPIPE, SIG_IGN)
await Caselightd.main()
