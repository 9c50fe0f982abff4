/// The people whom the tests know.
public enum Guest: String, CaseIterable, Sendable {
    /// Consented to everything, with proof; named a friend in her own case.
    case hanako
    /// Opted out of mail and calls.
    case taro
    /// Asks to stop the use of his data while an invoice is disputed.
    case ren
    /// Is named in Hanako's case, comment and mail, by name, address and phone.
    case hina
    /// Two who share a name, and nothing else.
    case ken, otherKen
    /// Withdrew her consent to mail; a colleague names her.
    case anna
    /// Two who share a phone.
    case john, mary
    /// A contact who is a lead too.
    case lukas
    /// Wants a copy of her data; no fax.
    case giulia
    /// Reachable by post alone.
    case chiyo

    /// What they decided about the company's offers; nil where they were never asked.
    public var agreedToOffers: Bool? { details.email == nil ? nil : !details.refusesMail }

    /// What the company holds about one of them.
    struct Details {
        var family: String
        var given: String
        var email: String?
        var phone: String
        var city: String
        var postcode: String
        var country: String
        var language = "en"
        var account: String?
        var refusesMail = false
        var refusesCalls = false
        var refusesFax = false
        var note: String?
    }

    var details: Details {
        switch self {
        case .hanako:
            Details(
                family: "佐藤", given: "花子", email: "hanako.sato@example.jp", phone: "090-5550-0101", city: "仙台市青葉区",
                postcode: "980-0811", country: "Japan", language: "ja", account: "みちのく銀行 仙台支店",
                note: "毎年10月にご家族で滞在。"
            )
        case .taro:
            Details(
                family: "鈴木", given: "太郎", email: "taro.suzuki@example.jp", phone: "090-5550-0102", city: "大阪市北区",
                postcode: "530-0001", country: "Japan", language: "ja", refusesMail: true, refusesCalls: true
            )
        case .ren:
            Details(
                family: "高橋", given: "蓮", email: "ren.takahashi@example.jp", phone: "090-5550-0103", city: "函館市",
                postcode: "040-0063", country: "Japan", language: "ja", note: "請求書の内容について確認中。"
            )
        case .hina:
            Details(
                family: "田中", given: "陽菜", email: "hina.tanaka@example.jp", phone: "090-5550-0104", city: "文京区",
                postcode: "113-0033", country: "Japan", language: "ja", refusesFax: true
            )
        case .ken:
            Details(
                family: "山本", given: "健", email: "ken.yamamoto@example.jp", phone: "090-5550-0105", city: "名古屋市中区",
                postcode: "460-0008", country: "Japan", language: "ja", note: "同姓同名のお客様あり。"
            )
        case .otherKen:
            Details(
                family: "山本", given: "健", email: "yamamoto.k@example.org", phone: "090-5550-0106", city: "福岡市中央区",
                postcode: "810-0001", country: "Japan", language: "ja", refusesCalls: true
            )
        case .anna:
            Details(
                family: "Müller", given: "Anna", email: "anna.mueller@example.com", phone: "+49 30 5550107",
                city: "Berlin",
                postcode: "10969", country: "Germany", account: "Nordlicht GmbH", refusesMail: true,
                note: "Withdrew her consent to the newsletter by phone."
            )
        case .john:
            Details(
                family: "Smith", given: "John", email: "john.smith@example.com", phone: "+44 20 5550 0108",
                city: "Bristol",
                postcode: "BS1 4QA", country: "United Kingdom", note: "Travels with Mary Johnson."
            )
        case .mary:
            Details(
                family: "Johnson", given: "Mary", email: "mary.johnson@example.com", phone: "+44 20 5550 0108",
                city: "Bristol",
                postcode: "BS1 4QA", country: "United Kingdom", refusesFax: true
            )
        case .lukas:
            Details(
                family: "Weber", given: "Lukas", email: "lukas.weber@example.org", phone: "+49 89 5550110",
                city: "München",
                postcode: "80331", country: "Germany", account: "Nordlicht GmbH"
            )
        case .giulia:
            Details(
                family: "Rossi", given: "Giulia", email: "giulia.rossi@example.net", phone: "+39 06 5550111",
                city: "Roma",
                postcode: "00184", country: "Italy", refusesFax: true
            )
        case .chiyo:
            Details(
                family: "渡辺", given: "千代", phone: "022-555-0112", city: "仙台市青葉区", postcode: "980-0803",
                country: "Japan", language: "ja", note: "連絡は郵便のみ。"
            )
        }
    }
}
