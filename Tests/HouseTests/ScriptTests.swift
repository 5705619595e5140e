import Foundation
import TestSupport
import Testing

/// Shell scripts that ship must at least be read by the shell.
@Suite struct ScriptTests {
    static let scripts: [String] = Repository.texts.compactMap { path, lines in
        let isScript = path.hasSuffix(".sh") || lines.first?.hasPrefix("#!/bin/sh") == true || lines.first?.hasPrefix("#!/bin/bash") == true
            || lines.first?.hasPrefix("#!/usr/bin/env bash") == true
        return isScript ? path : nil
    }

    @Test func thereAreScripts() {
        #expect(Self.scripts.contains("deploy/test.sh"))
    }

    @Test(arguments: scripts)
    func parses(path: String) throws {
        let outcome = try Program.run("bash", ["-n", Repository.root.appendingPathComponent(path).path])
        #expect(outcome.status == 0, "\(outcome.errorText)")
    }
}
