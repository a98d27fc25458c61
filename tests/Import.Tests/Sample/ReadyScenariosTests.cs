using CityTwin.Core.Model;
using CityTwin.Import.Sample;
using CityTwin.Import.Scenarios;
using Xunit;

namespace CityTwin.Import.Tests.Sample;

/// <summary>Every scenario that ships runs on the sample city as it stands.</summary>
public sealed class ReadyScenariosTests
{
    private static readonly City Havenbrug = CityReader.Open(SampleCity.Folder).City!;

    public static TheoryData<string> Names => [.. ReadyScenarios.Names];

    [Fact]
    public void Folder_holds_the_scenarios_named_and_no_other() => Assert.Equal(
        ReadyScenarios.Names,
        Directory.EnumerateFiles(ReadyScenarios.Folder).Select(file => Path.GetFileNameWithoutExtension(file)!).Order(StringComparer.Ordinal));

    [Fact]
    public void Name_that_is_none_of_them_opens_nothing() => Assert.Null(ReadyScenarios.Open("../havenbrug/city", Havenbrug));

    /// <summary>Reading asks also whether every target can be reached.</summary>
    [Theory, MemberData(nameof(Names))]
    public void Scenario_fits_the_sample_city_without_a_fault(string name)
    {
        var read = ReadyScenarios.Open(name, Havenbrug)!;

        Assert.Empty(read.Faults);
        Assert.Equal(File.ReadAllBytes(ReadyScenarios.FileOf(name)), BreachScenarioWriter.Write(read.Scenario!));
    }

    [Theory, MemberData(nameof(Names))]
    public void Scenario_says_in_three_sentences_what_it_shows(string name)
    {
        var about = ReadyScenarios.Open(name, Havenbrug)!.Scenario!.About;

        Assert.Equal(3, about.Split(". ").Length);
        Assert.EndsWith(".", about, StringComparison.Ordinal);
    }
}
