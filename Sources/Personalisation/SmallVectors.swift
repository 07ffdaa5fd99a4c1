// Arithmetic of short vectors in double precision, and powers and roots of one number.
import Kernels

/// Plain + would join them.
infix operator .+ : AdditionPrecedence

func .+ (x: [Double], y: [Double]) -> [Double] { x.indices.map { x[$0] + y[$0] } }
func - (x: [Double], y: [Double]) -> [Double] { x.indices.map { x[$0] - y[$0] } }
func * (factor: Double, x: [Double]) -> [Double] { x.map { factor * $0 } }

func inner(_ x: [Double], _ y: [Double]) -> Double {
    var sum = 0.0
    for i in x.indices { sum += x[i] * y[i] }
    return sum
}

func length(_ x: [Double]) -> Double { inner(x, x).squareRoot() }

/// The product of a matrix, row after row, with a vector.
func product(_ matrix: [Double], _ x: [Double]) -> [Double] {
    let size = x.count
    return (0..<matrix.count / size).map { row in
        var sum = 0.0
        for column in 0..<size { sum += matrix[row * size + column] * x[column] }
        return sum
    }
}

/// xᵃ of x ≥ 0; 0⁰ is 1.
func raised(_ x: Double, _ exponent: Double) -> Double {
    // Halves of small whole numbers, which most exponents are, need no logarithm.
    let twice = 2 * exponent
    guard x > 0, twice.magnitude <= 8, twice == twice.rounded() else {
        if exponent == 0 { return 1 }
        return x > 0 ? Elementary.exp(exponent * Elementary.log(x)) : exponent > 0 ? 0 : .infinity
    }
    var power = Int(twice.magnitude) % 2 == 1 ? x.squareRoot() : 1
    for _ in 0..<Int(twice.magnitude) / 2 { power *= x }
    return twice < 0 ? 1 / power : power
}

/// x, or −x where `like` is negative.
func signed(_ x: Double, like: Double) -> Double { like < 0 ? -x : x }

/// ‖x‖_q, q from 1 to infinity; scaled, so that no power overflows.
public func orderNorm(_ x: [Double], _ q: Double) -> Double {
    let greatest = x.reduce(0) { max($0, abs($1)) }
    guard greatest > 0, q < .infinity else { return greatest }
    if q == 1 { return x.reduce(0) { $0 + abs($1) } }
    return greatest * raised(x.reduce(0) { $0 + raised(abs($1) / greatest, q) }, 1 / q)
}

/// Where a function that is above 0 at the lower end of a range crosses 0, to the last bit that halving tells; the
/// upper end where it does not.
func crossing(in range: ClosedRange<Double>, of function: (Double) -> Double) -> Double {
    var (low, high) = (range.lowerBound, range.upperBound)
    // Regula falsi (Illinois) where it halves the range in three steps, halving where it does not.
    var (atLow, atHigh) = (function(low), function(high))
    guard atLow > 0 else { return low }
    guard atHigh < 0 else { return high }
    var widths = (high - low, Double.infinity, Double.infinity)
    for _ in 0..<200 {
        let chord = high - atHigh * (high - low) / (atHigh - atLow)
        let isSlow = high - low > widths.2 / 2
        let middle = isSlow || !(chord > low && chord < high) ? low + (high - low) / 2 : chord
        widths = (high - low, widths.0, widths.1)
        guard middle > low, middle < high else { break }
        let value = function(middle)
        if value == 0 { return middle }
        if value > 0 {
            (low, atLow) = (middle, value)
            atHigh /= 2
        } else {
            (high, atHigh) = (middle, value)
            atLow /= 2
        }
    }
    return abs(function(low)) < abs(function(high)) ? low : high
}
