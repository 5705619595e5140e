enum StubCaselightIngest {}
