// Vectors as parameters, beside the one model that an attack may read from a file.
import Registry

/// Finite numbers between commas.
func vector(_ parameters: ParameterValues, _ key: String) throws(ConfigurationFault) -> [Double] {
    let text = parameters.text(key)
    var values: [Double] = []
    for word in text.split(separator: ",", omittingEmptySubsequences: false) {
        guard let value = Double(word.filter { $0 != " " }), value.isFinite else {
            throw ConfigurationFault(
                .notAllowed(key: key, given: "'\(text)'", allowed: "finite numbers between commas"))
        }
        values.append(value)
    }
    return values
}

/// - Throws: where there is neither one number nor one for each element.
func checkCount(of vector: [Double], key: String, dimension: Int) throws(ConfigurationFault) {
    guard vector.count == 1 || vector.count == dimension else {
        throw ConfigurationFault(
            .notAllowed(
                key: key, given: "\(vector.count) numbers", allowed: "1, or one for each of \(dimension)"))
    }
}

extension [Double] {
    /// One number for all elements, or all of them.
    func filling(_ dimension: Int) -> [Double] {
        count == 1 ? [Double](repeating: self[0], count: dimension) : self
    }
}
