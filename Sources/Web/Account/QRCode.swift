import CQREncode

/// A text as a picture that phones read (ISO/IEC 18004).
struct QRCode: Sendable {
    /// Modules on a side, with the margin of four that readers need.
    let size: Int
    /// Of the dark modules, as the path of an SVG picture.
    let path: String

    /// Nil where the text is too long for one.
    init?(_ text: String) {
        guard let code = QRcode_encodeString(text, 0, QR_ECLEVEL_M, QR_MODE_8, 1) else { return nil }
        defer { QRcode_free(code) }
        let width = Int(code.pointee.width)
        guard let modules = code.pointee.data else { return nil }
        var path = ""
        for row in 0..<width {
            for column in 0..<width where modules[row * width + column] & 1 == 1 {
                path += "M\(column + 4) \(row + 4)h1v1h-1z"
            }
        }
        size = width + 8
        self.path = path
    }
}
