// Texts taken apart and put together scalar by scalar: a mark with an accent on it is one character, and yet ends a
// cell, a quotation or a tag.

extension String {
    /// The text with what is put in the place of each scalar; `nil` leaves it.
    public func replacingScalars(_ replacement: (Unicode.Scalar) -> String?) -> String {
        var result = ""
        for scalar in unicodeScalars {
            if let text = replacement(scalar) {
                result.unicodeScalars.append(contentsOf: text.unicodeScalars)
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
