// Numbers as a report writes them.

/// Three significant digits or, of the small and the large, as much in powers of ten.
func significant(_ value: Double) -> String {
    switch value.magnitude {
    case 0: return "0"
    case _ where !value.isFinite: return rounded(value, 0)
    case 1e-3..<1: return rounded(value, value.magnitude < 0.01 ? 5 : value.magnitude < 0.1 ? 4 : 3)
    case 1..<1e4: return rounded(value, value.magnitude < 10 ? 2 : value.magnitude < 100 ? 1 : 0)
    default:
        let exponent = Axis.decade(below: value.magnitude)
        return "\(rounded(value / Axis.powerOfTen(exponent), 2))e\(exponent)"
    }
}
