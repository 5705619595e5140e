import CaselightEvidence
import CaselightModel
import Foundation
import TestSupport
import Testing

@Suite struct ManifestTests {
    @Test func comesBackAsItWasWritten() throws {
        for seed: UInt64 in 1...20 {
            let manifest = try SamplePackage(seed: seed).manifest
            #expect(try Manifest(json: manifest.encoded()) == manifest)
        }
    }

    @Test func everyKeyIsThereAndMustBe() throws {
        let json = try JSONSerialization.jsonObject(with: Data(try SamplePackage(seed: 1).manifest.encoded()))
        var paths: [[String]] = []
        Self.walk(json, [], &paths)
        #expect(paths.count > 100)
        for path in paths.filter({ isTorture || $0.first != "files" || $0.dropFirst().first == "0" }) {
            let without = Self.removing(path, from: json)
            let bytes = Array(try JSONSerialization.data(withJSONObject: without))
            #expect(throws: CaselightError.self, "\(path) may be missing") { try Manifest(json: bytes) }
        }
    }

    @Test func sumsUpWhatIsMissing() throws {
        let coverage = try SamplePackage(seed: 1).manifest.coverage
        #expect(coverage.addsUp)
        #expect(coverage.camerasWithGaps == coverage.camerasWanted)
        #expect(coverage.text.en.contains("the feed was lost"))
        #expect(coverage.text.zh.contains("视频流中断"))
    }

    /// With Python's `jsonschema`, the reference for everyone else: the schema itself, what we write, and what lacks a key.
    @Test func followsItsSchema() throws {
        guard try Program.run("python3", ["-c", "import jsonschema"]).status == 0 else {
            print("skipped: Python's jsonschema is not installed")
            return
        }
        let folder = try ScratchFolder()
        let schema = try folder.write("schema.json", Manifest.schema)
        for seed: UInt64 in 1...200 { _ = try folder.write("m\(seed).json", try SamplePackage(seed: seed).manifest.encoded()) }
        let script = try folder.write("check.py", Array(Self.script.utf8))
        let outcome = try Program.run("python3", [script, schema, folder.url.path])
        #expect(outcome.status == 0, "\(outcome.outputText.suffix(2000))\(outcome.errorText.suffix(2000))")
        #expect(outcome.outputText.hasSuffix("200 valid\n"))
    }

    private static let script = """
        import sys, json, glob, copy, jsonschema
        schema = json.load(open(sys.argv[1]))
        jsonschema.Draft202012Validator.check_schema(schema)
        check = jsonschema.Draft202012Validator(schema)
        files = sorted(glob.glob(sys.argv[2] + "/m*.json"))
        for name in files:
            faults = list(check.iter_errors(json.load(open(name))))
            assert not faults, (name, faults[0].message, list(faults[0].path))
        def each(value):
            if isinstance(value, dict):
                for key in list(value):
                    yield value, key
                    yield from each(value[key])
            elif isinstance(value, list):
                for item in value: yield from each(item)
        whole = json.load(open(files[0]))
        places = sum(1 for _ in each(whole))
        for place in range(places):
            cut = copy.deepcopy(whole)
            holder, key = list(each(cut))[place]
            del holder[key]
            assert not check.is_valid(cut), ("may be missing", key)
            cut = copy.deepcopy(whole)
            holder, key = list(each(cut))[place]
            holder["unheardOf"] = 1
            assert not check.is_valid(cut), ("may be added beside", key)
        print(len(files), "valid")
        """

    private static func walk(_ value: Any, _ path: [String], _ paths: inout [[String]]) {
        if let object = value as? [String: Any] {
            for (key, field) in object {
                paths.append(path + [key])
                walk(field, path + [key], &paths)
            }
        } else if let list = value as? [Any] {
            for (index, item) in list.enumerated() { walk(item, path + [String(index)], &paths) }
        }
    }

    private static func removing(_ path: [String], from value: Any) -> Any {
        if var object = value as? [String: Any] {
            object[path[0]] = path.count == 1 ? nil : object[path[0]].map { removing(Array(path.dropFirst()), from: $0) }
            return object
        }
        guard var list = value as? [Any], let index = Int(path[0]) else { return value }
        list[index] = removing(Array(path.dropFirst()), from: list[index])
        return list
    }
}
