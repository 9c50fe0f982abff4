public import Records

/// All that tells one person from another, gathered from the records that stand for them.
public struct PersonIdentifiers: Hashable, Sendable {
    public var names: [PersonName]
    /// How the names are read, in kana, such as `サトウ タロウ`.
    public var readings: [PersonName]
    public var emails: [String]
    /// In any notation.
    public var phones: [String]
    public var addresses: [PostalAddress]
    public var birthdates: [Day]
    /// External ids of the person's own records.
    public var externalIDs: [String]

    public init(
        names: [PersonName] = [], readings: [PersonName] = [], emails: [String] = [], phones: [String] = [],
        addresses: [PostalAddress] = [], birthdates: [Day] = [], externalIDs: [String] = []
    ) {
        self.names = names
        self.readings = readings
        self.emails = emails
        self.phones = phones
        self.addresses = addresses
        self.birthdates = birthdates
        self.externalIDs = externalIDs
    }

    /// Takes in another set, without doubles.
    mutating func add(_ other: PersonIdentifiers) {
        func merge<T: Equatable>(_ mine: inout [T], _ theirs: [T]) {
            for item in theirs where !mine.contains(item) { mine.append(item) }
        }
        merge(&names, other.names)
        merge(&readings, other.readings)
        merge(&emails, other.emails)
        merge(&phones, other.phones)
        merge(&addresses, other.addresses)
        merge(&birthdates, other.birthdates)
        merge(&externalIDs, other.externalIDs)
    }
}

/// A family name and a given name; either may be empty.
public struct PersonName: Hashable, Sendable {
    public var last: String
    public var first: String

    public init(last: String, first: String) {
        self.last = last
        self.first = first
    }
}

/// A postal address by its parts; each may be empty.
public struct PostalAddress: Hashable, Sendable {
    public var street: String
    public var city: String
    public var state: String
    public var postalCode: String
    public var country: String

    public init(street: String, city: String, state: String, postalCode: String, country: String) {
        self.street = street
        self.city = city
        self.state = state
        self.postalCode = postalCode
        self.country = country
    }
}
