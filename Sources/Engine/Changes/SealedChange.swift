import Records
import Vault

/// A change whose image is sealed, ready for the log.
struct SealedChange: Sendable {
    let kind: Change.Kind
    let object: ObjectSchema
    let fields: [Field]
    let record: RecordID
    /// Whose key sealed it; nil: the organisation's.
    let subject: RecordID?
    let sealed: [UInt8]

    /// - Throws: ``MissingKeys`` when the subject's key was not fetched.
    init(_ change: Change, keys: KeyRing) throws {
        guard let key = keys.key(for: change.subject) else {
            throw MissingKeys(subjects: change.subject.map { [$0] } ?? [])
        }
        kind = change.kind
        object = change.object
        fields = change.fields
        record = change.record
        subject = key.subject
        var image: [UInt8] = []
        ChangeImage.write(change.values, into: &image)
        sealed = try key.seal(image, for: .changeLog, place: change.record.rawValue)
    }

    /// Whether two changes surely have the same object and fields: the rows of a set share one list of fields, so that
    /// a million rows need not compare names.
    func hasSameFields(as other: SealedChange) -> Bool {
        guard object.keyPrefix == other.object.keyPrefix, !fields.isEmpty else { return false }
        return fields.withUnsafeBufferPointer { mine in
            other.fields.withUnsafeBufferPointer { mine.baseAddress == $0.baseAddress && mine.count == $0.count }
        }
    }
}
