import CaselightModel

/// A feed's state as pages show it: a word, and the shape and colour of `.state`.
struct FeedTone: Sendable {
    let word: String
    let tone: String

    init(_ status: FeedStatus?, _ viewer: Viewer) {
        word = viewer.say(oneOf: "feedState", status?.state.rawValue ?? "none")
        tone =
            switch status?.state {
            case .recording: "good"
            case .connecting: "info"
            case .waiting: "bad"
            case .disabled, .stopped, nil: "off"
            }
    }
}
