namespace CityTwin.Core.Breaches.Running;

/// <summary>What a run's clock can bring, in the order in which it is taken when it falls into one instant.</summary>
internal enum BreachEventKind
{
    /// <summary>Something happens to the city, whoever attacks.</summary>
    City,

    /// <summary>A step is noticed, if its sensor works. It comes before the step is reached: a step blinds nobody until it is done.</summary>
    Detected,

    /// <summary>A step is reached.</summary>
    Reached,

    /// <summary>An alarm is believed.</summary>
    Alarmed,

    /// <summary>Responders are there.</summary>
    Arrived,

    /// <summary>An operator acts on a forged reading.</summary>
    Misled,

    /// <summary>A lever lets go.</summary>
    Restored,
}

/// <param name="A">The step, lever, or kind of response.</param>
/// <param name="B">The detection, attempt or guard.</param>
internal readonly record struct BreachEvent(long AfterTicks, BreachEventKind Kind, int A, int B) : IComparable<BreachEvent>
{
    public int CompareTo(BreachEvent other) =>
        AfterTicks != other.AfterTicks ? AfterTicks.CompareTo(other.AfterTicks)
        : Kind != other.Kind ? ((int)Kind).CompareTo((int)other.Kind)
        : A != other.A ? A.CompareTo(other.A)
        : B.CompareTo(other.B);
}
