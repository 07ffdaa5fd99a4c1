// Numbers in sentences: three digits that count, words for how many.

/// Three significant digits, as short as they get.
func brief(_ value: Double) -> String {
    guard value.isFinite else { return value > 0 ? "infinity" : "-infinity" }
    let magnitude = abs(value)
    guard magnitude > 0 else { return "0" }
    guard magnitude >= 1e-4 else {
        var (mantissa, exponent) = (magnitude, 0)
        while mantissa < 1, exponent > -400 {
            mantissa *= 10
            exponent -= 1
        }
        var tenths = Int((mantissa * 10).rounded())
        if tenths == 100 { (tenths, exponent) = (10, exponent + 1) }
        return "\(value < 0 ? "-" : "")\(tenths / 10).\(tenths % 10)e\(exponent)"
    }
    guard magnitude < 1e6 else { return magnitude < 1e15 ? "\(Int(value.rounded()))" : "\(value)" }
    var decimals = 0
    var scaled = magnitude
    while scaled < 100, decimals < 7 {
        scaled *= 10
        decimals += 1
    }
    let units = Int(scaled.rounded())
    var power = 1
    for _ in 0..<decimals { power *= 10 }
    var fraction = "\(units % power)"
    fraction = String(repeating: "0", count: max(0, decimals - fraction.count)) + (decimals > 0 ? fraction : "")
    while fraction.last == "0" { fraction.removeLast() }
    return (value < 0 ? "-" : "") + "\(units / power)" + (fraction.isEmpty ? "" : ".\(fraction)")
}

/// "1 node", "3 nodes".
func counted(_ count: Int, _ noun: String, _ plural: String? = nil) -> String {
    "\(count) \(count == 1 ? noun : plural ?? noun + "s")"
}
