enum StubCaselightQuery {}
