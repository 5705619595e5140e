import Testing

@testable import CaselightIngest

@Suite struct ConnectGateTests {
    @Test func letsInNoMoreThanItsLimit() async {
        let gate = ConnectGate(limit: 2)
        #expect(await gate.enter(isRepeated: false))
        #expect(await gate.enter(isRepeated: true))
        let third = Task { await gate.enter(isRepeated: false) }
        while await gate.waitingCount < 1 { await Task.yield() }
        await gate.leave()
        #expect(await third.value)
        #expect(await gate.enteredCount == 2)
    }

    @Test func thoseThatKeepFailingGoLast() async {
        let gate = ConnectGate(limit: 1)
        _ = await gate.enter(isRepeated: false)
        let failing = Task { await gate.enter(isRepeated: true) }
        while await gate.waitingCount < 1 { await Task.yield() }
        let living = Task { await gate.enter(isRepeated: false) }
        while await gate.waitingCount < 2 { await Task.yield() }
        await gate.leave()
        #expect(await living.value)
        #expect(await gate.waitingCount == 1)
        await gate.leave()
        #expect(await failing.value)
    }

    @Test func oneThatIsCancelledTakesNoPlace() async {
        let gate = ConnectGate(limit: 1)
        _ = await gate.enter(isRepeated: false)
        let waiting = Task { await gate.enter(isRepeated: false) }
        while await gate.waitingCount < 1 { await Task.yield() }
        waiting.cancel()
        #expect(await !waiting.value)
        await gate.leave()
        #expect(await gate.enteredCount == 0)
    }
}
