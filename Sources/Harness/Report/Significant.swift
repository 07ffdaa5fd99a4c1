// Numbers as a report writes them.

/// Three significant digits or, of the small and the large, as much in powers of ten.
func significant(_ value: Double) -> String {
    // What is rounded to the next power of ten has no more digits than that.
    switch value.magnitude {
    case 0: return "0"
    case _ where !value.isFinite: return rounded(value, 0)
    case 1e-3..<0.9995: return rounded(value, value.magnitude < 0.009995 ? 5 : value.magnitude < 0.09995 ? 4 : 3)
    case 0.9995..<1e4: return rounded(value, value.magnitude < 9.995 ? 2 : value.magnitude < 99.95 ? 1 : 0)
    default:
        let exponent = Axis.decade(below: value.magnitude)
        return "\(rounded(value / Axis.powerOfTen(exponent), 2))e\(exponent)"
    }
}
