import CFFmpeg

/// libavformat's and libavcodec's status numbers, which its macros hide from Swift.
enum FFmpegStatus {
    static let endOfFile = CASELIGHT_AVERROR_EOF.rawValue
    static let exit = CASELIGHT_AVERROR_EXIT.rawValue
    static let invalidData = CASELIGHT_AVERROR_INVALIDDATA.rawValue
    static let noTimestamp = caselight_no_timestamp()

    /// What libavutil says of a status: `Connection refused`.
    static func text(_ status: Int32) -> String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { buffer in
            guard let base = buffer.baseAddress, av_strerror(status, base, buffer.count) == 0 else { return "error \(status)" }
            return String(cString: base)
        }
    }
}

/// Frees what `av_dict_set` made.
struct Options: ~Copyable {
    var dictionary: OpaquePointer?

    init(_ entries: [(String, String)]) {
        for (key, value) in entries { av_dict_set(&dictionary, key, value, 0) }
    }

    deinit {
        var dictionary = dictionary
        av_dict_free(&dictionary)
    }
}
