namespace CityTwin.Import.Generation;

/// <summary>What city to make. The same options always make the same city, byte for byte, on any machine.</summary>
/// <param name="Population">Residents, <see cref="PopulationMin"/>..<see cref="PopulationMax"/>.</param>
/// <param name="Seed">Chooses one of the possible cities.</param>
/// <param name="Sensors">How many sensors, <see cref="SensorsMin"/>..<see cref="SensorsMax"/>; null = one for about 120 residents.</param>
/// <param name="Name">The city's name, 1..<see cref="NameLengthMax"/> characters.</param>
public sealed record GeneratorOptions(int Population, ulong Seed, int? Sensors, string Name)
{
    public const int PopulationMin = 1_000;
    public const int PopulationMax = 12_000_000;
    public const int SensorsMin = 1;
    public const int SensorsMax = 1_000_000;
    public const int NameLengthMax = 100;

    public const int AttackStepsMin = 60;
    public const int AttackStepsDefault = 400;

    private const int ResidentsPerSensor = 120;
    private const int DerivedSensorsMin = 50;
    private const int DerivedSensorsMax = 100_000;

    /// <summary>At most so many attack steps, 0 or <see cref="AttackStepsMin"/>..<see cref="CityLimits.AttackStepsMax"/>: plants are
    /// added to the security model, each kind in turn, as long as they fit. 0 = no security model.</summary>
    public int AttackSteps { get; init; } = AttackStepsDefault;

    /// <summary>The sensors asked for, or a plausible number for so many residents.</summary>
    public int SensorCount => Sensors ?? Math.Clamp(Population / ResidentsPerSensor, DerivedSensorsMin, DerivedSensorsMax);

    /// <summary>Every fault of these options as one sentence each; empty when a city can be made.</summary>
    public IReadOnlyList<string> Faults()
    {
        var faults = new List<string>();
        if (Population is < PopulationMin or > PopulationMax)
        {
            faults.Add($"The population must be {PopulationMin} to {PopulationMax}, not {Population}.");
        }

        if (Sensors is < SensorsMin or > SensorsMax)
        {
            faults.Add($"The number of sensors must be {SensorsMin} to {SensorsMax}, not {Sensors}.");
        }

        if (AttackSteps is not 0 and (< AttackStepsMin or > CityLimits.AttackStepsMax))
        {
            faults.Add($"The number of attack steps must be 0 or {AttackStepsMin} to {CityLimits.AttackStepsMax}, not {AttackSteps}.");
        }

        if (string.IsNullOrWhiteSpace(Name) || Name.Length > NameLengthMax || Name.Any(char.IsControl))
        {
            faults.Add($"The name must have 1 to {NameLengthMax} printable characters.");
        }

        return faults;
    }
}
