// A model that an attacker wants, as a parameter: one number for all elements, or all of them.
import Registry

struct TargetModel: Sendable {
    static let parameter = Parameter.text(
        "target", default: "0", "the model wanted: one number for all elements, or all of them between commas")

    private let values: [Float]

    init(_ parameters: ParameterValues) throws(ConfigurationFault) {
        let text = parameters.text("target")
        var values: [Float] = []
        for word in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let value = Float(word.filter { $0 != " " }), value.isFinite else {
                throw ConfigurationFault(
                    .notAllowed(key: "target", given: "'\(text)'", allowed: "finite numbers between commas"))
            }
            values.append(value)
        }
        self.values = values
    }

    func check(dimension: Int) throws(ConfigurationFault) {
        guard values.count == 1 || values.count == dimension else {
            throw ConfigurationFault(
                .notAllowed(
                    key: "target", given: "\(values.count) numbers", allowed: "1, or one for each of \(dimension)"))
        }
    }

    /// The model, of so many elements.
    func model(of dimension: Int) -> [Float] {
        precondition(values.count == 1 || values.count == dimension, "checked before the run")
        return values.count == 1 ? [Float](repeating: values[0], count: dimension) : values
    }
}
