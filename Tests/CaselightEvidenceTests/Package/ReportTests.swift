@testable import CaselightEvidence
import CaselightModel
import Foundation
import TestSupport
import Testing

@Suite struct ReportTests {
    private static func report(seed: UInt64) throws -> String {
        let sample = try SamplePackage(seed: seed)
        let statement = PackageTimestamp.absent("none", manifest: []).statement
        return ReportPage(manifest: sample.manifest, manifestSHA256: String(repeating: "a", count: 64), log: sample.log, timestamp: statement).text
    }

    @Test func nothingGivenBecomesMarkup() throws {
        let text = try Self.report(seed: 1)
        #expect(!text.contains("<script"))
        #expect(text.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
        #expect(HTMLText.escaped("a\u{202E}b\u{0}c\"'<>&") == "a\u{FFFD}b\u{FFFD}c&quot;&#39;&lt;&gt;&amp;")
    }

    /// 法发〔2016〕22号, article 14: category, format, integrity value of every file; and the people who sign.
    @Test func listsEveryFileWithCategoryFormatAndHash() throws {
        let (text, manifest) = (try Self.report(seed: 2), try SamplePackage(seed: 2).manifest)
        for file in manifest.files {
            #expect(text.contains(file.path.text) && text.contains(file.sha256) && text.contains(">\(file.byteCount)</"))
        }
        for words in ["电子数据清单", "完整性校验值", "文件格式", "侦查人员", "持有人", "902(13)", "902(14)", "视频流中断", "the feed was lost", "未测量 not measured"] {
            #expect(text.contains(words), "\(words)")
        }
    }

    @Test func tagsAreBalanced() throws {
        let script = """
            import sys
            from html.parser import HTMLParser
            class Check(HTMLParser):
                def __init__(self): super().__init__(); self.open = []; self.bad = []
                def handle_starttag(self, tag, attributes):
                    if tag not in ('meta', 'br'): self.open.append(tag)
                def handle_endtag(self, tag):
                    if not self.open or self.open.pop() != tag: self.bad.append((tag, self.getpos()))
            c = Check(); c.feed(open(sys.argv[1], encoding='utf-8').read()); c.close()
            print(c.open, c.bad)
            """
        let folder = try ScratchFolder()
        let path = try folder.write("report.html", Array(try Self.report(seed: 3).utf8))
        #expect(try Program.run("python3", ["-c", script, path]).outputText == "[] []\n")
    }
}
