enum StubCaselightMedia {}
