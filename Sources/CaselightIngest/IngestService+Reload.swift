extension IngestService {
    /// Takes over what may change while recording: retention, the holds' time, the reserve, and the waits of feeds that connect from now on.
    package func adopt(_ changed: IngestSettings) async {
        settings.retention = changed.retention
        settings.holdDaysAfterClose = changed.holdDaysAfterClose
        await holds.adopt(daysAfterClose: changed.holdDaysAfterClose)
        settings.reserveBytes = changed.reserveBytes
        settings.backoff = changed.backoff
    }
}
