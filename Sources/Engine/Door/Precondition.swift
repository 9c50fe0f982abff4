public import Records

/// What must still be so of a record when it is written, for whoever read it before and writes on the strength of that.
public enum Precondition: Sendable {
    /// Nobody has changed it in a later second.
    case unmodified(since: Instant)
    /// Its `SystemModstamp` is exactly this.
    case stamped(Instant)
}

extension StoredRow {
    /// Why a write is refused (`PRECONDITION_FAILED`); nil when what must be so is so.
    func refusal(unless precondition: Precondition?) -> PlatformError? {
        switch precondition {
        case nil: return nil
        case .unmodified(let moment):
            guard case .datetime(let last) = self["LastModifiedDate"],
                last.milliseconds / 1000 > moment.milliseconds / 1000
            else { return nil }
            return PlatformError(
                .preconditionFailed,
                "\(object.name) \(id) was changed at \(last), after the moment of If-Unmodified-Since. Read it again.")
        case .stamped(let stamp):
            if case .datetime(stamp) = self["SystemModstamp"] { return nil }
            return PlatformError(
                .preconditionFailed, "\(object.name) \(id) is no longer what If-Match names. Read it again.")
        }
    }
}
