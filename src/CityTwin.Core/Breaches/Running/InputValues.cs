using CityTwin.Core.Breaches.Chances;
using CityTwin.Core.Breaches.Model;

namespace CityTwin.Core.Breaches.Running;

/// <summary>
/// What the estimates of a model are taken to be: their values, or in draw n ≥ 1 a point of each range, evenly. A draw is
/// keyed by the input's name, so variants share it.
/// </summary>
public sealed class InputValues
{
    private readonly KeyedChance _chance;
    private readonly int _draw;
    private readonly SortedDictionary<string, double>? _drawn;

    private InputValues(ulong seed, int draw, bool isRecording)
    {
        (_chance, _draw) = (new(seed, -draw), draw);
        _drawn = isRecording ? new(StringComparer.Ordinal) : null;
    }

    /// <summary>All as stated.</summary>
    public static InputValues Stated { get; } = new(0, 0, false);

    /// <param name="draw">At least 1.</param>
    public static InputValues Drawn(ulong seed, int draw) => new(seed, draw, true);

    /// <summary>Of each range that was asked for, by name, where in it the draw fell, 0..1.</summary>
    public IReadOnlyDictionary<string, double> Places => _drawn is null ? new SortedDictionary<string, double>() : _drawn;

    internal double Of(string name, Estimate estimate)
    {
        if (_draw == 0 || !estimate.IsRange)
        {
            return estimate.Value;
        }

        var place = _chance.Unit(KeyedChance.KeyOf(name), Purpose.Input);
        _drawn![name] = place;
        return estimate.Low + ((estimate.High - estimate.Low) * place);
    }
}
