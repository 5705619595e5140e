signal(SIGPIPE, SIG_IGN)
await Caselightd.main()
