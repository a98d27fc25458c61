using System.Collections.Frozen;
using System.Collections.Immutable;

namespace CityTwin.Import.Reading;

/// <summary>
/// The units a sensor may report in, spelled as in UCUM (https://ucum.org), by what they measure; and which of
/// them fit the kinds of sensor that everybody means the same by. Braces hold UCUM annotations, such as
/// <c>{people}</c> or <c>{vehicles}/h</c>: counts of anything.
/// </summary>
internal static class SensorUnits
{
    private static readonly FrozenDictionary<string, string> Dimensions = new Dictionary<string, string[]>
    {
        ["voltage"] = ["uV", "mV", "V", "kV"],
        ["current"] = ["mA", "A", "kA"],
        ["power"] = ["mW", "W", "kW", "MW", "GW", "V.A", "kV.A", "MV.A", "var", "kvar", "Mvar"],
        ["energy"] = ["J", "kJ", "MJ", "GJ", "W.h", "kW.h", "MW.h", "GW.h", "Wh", "kWh", "MWh", "GWh"],
        ["frequency"] = ["Hz", "kHz", "MHz", "GHz"],
        ["temperature"] = ["Cel", "K", "[degF]"],
        ["pressure"] = ["Pa", "hPa", "kPa", "MPa", "mbar", "bar", "m[H2O]", "[psi]"],
        ["flow"] = ["l/s", "L/s", "l/min", "L/min", "l/h", "L/h", "m3/s", "m3/min", "m3/h", "m3/d", "Ml/d", "ML/d"],
        ["volume"] = ["ml", "mL", "l", "L", "m3"],
        ["length"] = ["mm", "cm", "m", "km"],
        ["area"] = ["m2", "km2"],
        ["speed"] = ["mm/s", "m/s", "km/h"],
        ["acceleration"] = ["m/s2", "mm/s2"],
        ["angle"] = ["deg", "rad"],
        ["mass"] = ["mg", "g", "kg", "t"],
        ["concentration"] = ["ng/m3", "ug/m3", "mg/m3", "ug/l", "ug/L", "mg/l", "mg/L", "g/l", "g/L", "[ppb]", "[ppm]"],
        ["ratio"] = ["%", "[ppth]", "1", "10*-3"],
        ["acidity"] = ["[pH]"],
        ["turbidity"] = ["[NTU]", "{NTU}", "{FNU}"],
        ["conductivity"] = ["uS/cm", "mS/cm", "S/m"],
        ["sound"] = ["dB", "dB(A)", "dB[SPL]", "B[SPL]"],
        ["signal"] = ["dBm", "dB[mW]"],
        ["light"] = ["lx", "cd", "lm", "W/m2"],
        ["radiation"] = ["nSv/h", "uSv/h", "mSv/h", "Sv/h"],
        ["data"] = ["bit/s", "kbit/s", "Mbit/s", "Gbit/s", "By/s", "kBy/s", "MBy/s", "GBy/s", "By", "kBy", "MBy", "GBy", "TBy"],
        ["time"] = ["ms", "s", "min", "h", "d"],
        ["rain"] = ["mm/h", "mm/d"],
        ["rate"] = ["/s", "/min", "/h", "/d"],
    }.SelectMany(pair => pair.Value.Select(unit => (Unit: unit, Dimension: pair.Key)))
        .ToFrozenDictionary(pair => pair.Unit, pair => pair.Dimension, StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, ImmutableArray<string>> DimensionsOfKind =
        new Dictionary<string, ImmutableArray<string>>
        {
            ["voltage"] = ["voltage"],
            ["current"] = ["current"],
            ["power"] = ["power"],
            ["energy"] = ["energy"],
            ["frequency"] = ["frequency"],
            ["temperature"] = ["temperature"],
            ["pressure"] = ["pressure"],
            ["flow"] = ["flow"],
            ["noise"] = ["sound"],
        }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>What is wrong with a unit for a sensor of that kind, and how to mend it; null when it is good.</summary>
    public static string? Complaint(string? kind, string unit)
    {
        var isCount = unit.StartsWith('{') && unit.Contains('}', StringComparison.Ordinal);
        if (!Dimensions.TryGetValue(unit, out var dimension))
        {
            var near = Dimensions.Keys.Where(known => string.Equals(known, unit, StringComparison.OrdinalIgnoreCase))
                .Order(StringComparer.Ordinal).FirstOrDefault();
            return isCount ? null
                : near is not null ? $"'{unit}' is not spelled as in UCUM; did you mean '{near}'?"
                : $"'{unit}' is no unit known here; spell it as in UCUM (V, kW, m3/h, bar, Cel, %), or as a count ({{people}}).";
        }

        return kind is not null && DimensionsOfKind.TryGetValue(kind, out var fitting) && !fitting.Contains(dimension)
            ? $"A sensor of kind '{kind}' cannot report in '{unit}', a unit of {dimension}; correct the unit or the kind."
            : null;
    }
}
