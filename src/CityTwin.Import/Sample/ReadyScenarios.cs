using System.Collections.Immutable;
using CityTwin.Core.Model;
using CityTwin.Import.Scenarios;

namespace CityTwin.Import.Sample;

/// <summary>The breach scenarios that ship with <see cref="SampleCity"/>, each ready to run.</summary>
public static class ReadyScenarios
{
    /// <summary>Their names, sorted.</summary>
    public static ImmutableArray<string> Names { get; } =
    [
        "cable-theft", "camera-blinding", "citizen-data-breach", "combined-attack", "forged-meters", "insider-exchange",
        "ransomware-waterworks", "storm-attack", "substation-intrusion", "vendor-remote-access",
    ];

    /// <summary>Their folder, beside the binaries.</summary>
    public static string Folder => Path.Combine(AppContext.BaseDirectory, "Sample", "breaches");

    /// <summary>The scenario of that name for a city, with its faults where the city has not what it names; null when there is none of that name.</summary>
    /// <exception cref="IOException">The file that ships is not there, or cannot be read.</exception>
    public static BreachScenarioReadResult? Open(string name, City city) =>
        Names.Contains(name) ? BreachScenarioReader.Read($"{name}.json", File.ReadAllBytes(FileOf(name)), city) : null;

    /// <summary>Where the scenario of that name lies, which is one of <see cref="Names"/>.</summary>
    public static string FileOf(string name) => Path.Combine(Folder, $"{name}.json");
}
