import Foundation
import Testing

@testable import caselight_bench

@Suite struct ProcessUsageTests {
    @Test func readsALineOfAProcessWhoseNameLooksLikeFields() throws {
        let line = "4242 (a) S 1 (b)) S 77 1 1 0 -1 4194560 1 2 3 4 250 50 30 10 20 0 7 0 123 456 789"
        let stat = try #require(ProcessStat(line))
        let ticks = ProcessStat.ticksPerSecond
        #expect(stat.parent == 77 && stat.threadCount == 7)
        #expect(stat.seconds == 300 / ticks && stat.endedChildrenSeconds == 40 / ticks)
    }

    @Test(arguments: ["", "4242 (a S 1 2 3", "4242 (a) S 1 2", "4242 (a) S x 1 1 0 -1 4194560 1 2 3 4 250 50 30 10 20 0 7 0"])
    func refusesWhatIsNoSuchLine(line: String) {
        #expect(ProcessStat(line) == nil)
    }

    @Test func aTreeHoldsAllThatDescendAndNoOther() {
        let parents: [pid_t: pid_t] = [10: 1, 11: 10, 12: 10, 13: 12, 20: 1, 21: 20]
        #expect(Set(ProcessUsage.tree(of: [10], parents)) == [10, 11, 12, 13])
    }

    @Test func countsAnEndedChildOnce() throws {
        let own = getpid()
        let before = ProcessUsage.read([own])
        let child = try Child("/bin/sh", ["-c", "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done"])
        #expect(child.wait() == 0)
        let used = ProcessUsage.read([own]) - before
        #expect(used.descendantSeconds > 0 && used.descendantSeconds < 60)
    }
}
