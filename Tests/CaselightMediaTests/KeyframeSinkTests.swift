import Testing

@testable import CaselightMedia

@Suite struct KeyframeSinkTests {
    private static func box(_ type: String, _ content: [UInt8]) -> [UInt8] { [0, 0, 0, UInt8(content.count + 8)] + Array(type.utf8) + content }

    @Test func findsThePictureBehindTheOtherBoxes() {
        let fragment = Self.box("prft", [1, 2]) + Self.box("moof", [3]) + Self.box("mdat", [7, 8, 9])
        #expect(KeyframeSink.mediaData(of: fragment[...]).map(Array.init) == [7, 8, 9])
        #expect(KeyframeSink.mediaData(of: (fragment + [0])[...]).map(Array.init) == [7, 8, 9])
    }

    @Test(arguments: [
        [], [0, 0, 0], box("moof", [3]), [0, 0, 0, 7] + Array("mdat".utf8), [0, 0, 0, 12] + Array("mdat".utf8) + [1, 2, 3],
        [255, 255, 255, 255] + Array("mdat".utf8), [0, 0, 0, 0] + Array("mdat".utf8),
    ])
    func findsNoneWhereBoxesDoNotAddUp(bytes: [UInt8]) { #expect(KeyframeSink.mediaData(of: bytes[...]) == nil) }
}
