import Records
import Vault

extension Change {
    /// The image, sealed, and whose key sealed it; nil: the organisation's.
    /// - Throws: ``MissingKeys`` when the subject's key was not fetched.
    func sealed(_ keys: KeyRing) throws -> (subject: RecordID?, bytes: [UInt8]) {
        guard let key = keys.key(for: subject) else { throw MissingKeys(subjects: subject.map { [$0] } ?? []) }
        var image: [UInt8] = []
        ChangeImage.write(values, into: &image)
        return (key.subject, try key.seal(image, for: .changeLog, place: record.rawValue))
    }

    /// Whether two changes surely have the same object and fields: the rows of a set share one list of fields, so that
    /// a million rows need not compare names.
    func hasSameFields(as other: Change) -> Bool {
        guard object.keyPrefix == other.object.keyPrefix, !fields.isEmpty else { return false }
        return fields.withUnsafeBufferPointer { mine in
            other.fields.withUnsafeBufferPointer { mine.baseAddress == $0.baseAddress && mine.count == $0.count }
        }
    }
}
