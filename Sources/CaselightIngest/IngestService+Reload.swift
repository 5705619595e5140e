extension IngestService {
    /// Takes over what may change while recording: retention, the reserve, and the waits of feeds that connect from now on.
    package func adopt(_ changed: IngestSettings) {
        settings.retentionDays = changed.retentionDays
        settings.reserveBytes = changed.reserveBytes
        settings.backoff = changed.backoff
    }
}
