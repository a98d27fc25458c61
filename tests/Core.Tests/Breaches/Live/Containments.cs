using CityTwin.Core.Breaches.Live;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Model;
using CityTwin.Core.Views;
using CityTwin.Testing;
using CityTwin.Testing.Cities;
using CsCheck;
using Xunit;

namespace CityTwin.Core.Tests.Breaches.Live;

/// <summary>What a containment is said to leave, against the outlook of a city in which it is in force; on random attacks.</summary>
public sealed class Containments
{
    private const int Attacks = 150;
    private static readonly AdversaryProfile State = AttackedHarbour.Profile("state", 1, 1);

    [Fact]
    public void What_a_containment_is_said_to_leave_is_what_is_left_once_it_is_in_force() => Gen.ULong.Sample(
        seed =>
        {
            var city = CityOf(new(seed));
            var outlook = Look(city);
            foreach (var containment in outlook.Containments)
            {
                Assert.Equal(Look(city, containment).Harm, containment.Harm);
                Assert.True(containment.Harm.PeopleThousandthHours <= outlook.Harm.PeopleThousandthHours, "To cut off what carries nothing never harms.");
            }

            Assert.Equal(outlook.Containments.Select(containment => containment.Harm).Order(), outlook.Containments.Select(containment => containment.Harm));
            Assert.Equal(outlook.Harm.Targets, outlook.Targets.Length);
        },
        iter: Attacks);

    private static OutlookReport Look(City city, Containment? inForce = null)
    {
        var (rows, view) = (new Rows(city), new CityView(new CityIndex(city), "epoch"));
        var source = city.Security.Steps[0];
        Put(source.Asset, AssetPosture.Compromised);
        if (inForce?.Asset is { } asset)
        {
            Put(asset, AssetPosture.Contained);
        }

        if (inForce?.Conduit is { } conduit)
        {
            view.Apply([rows.Row(PublishedKind.Conduit, conduit.Value, new ConduitStatus(conduit, 1, new("anna", "worm", Rows.Start), null))]);
        }

        return Outlook.Of(view.Current, State, Rows.Start.ToUnixTimeMilliseconds(), cancellation: TestContext.Current.CancellationToken);

        void Put(AssetId id, AssetPosture posture) => view.Apply([rows.Row(PublishedKind.Asset, id.Value, new AssetStatus(
            id, rows.Seq + 1, posture, Rows.Start,
            id == source.Asset ? [new ReachedStep(source.Id, Rows.Start, AttackedHarbour.Siem, null)] : [], [], null, null))]);
    }

    private static City CityOf(Draws draws)
    {
        var model = AttackedHarbour.Model;
        var city = AttackedHarbour.Of();
        var ids = Enumerable.Range(0, draws.Between(2, 9)).Select(step => new StepId($"s{step}")).ToArray();
        var steps = ids.Select((id, place) => AttackedHarbour.Step(
            id, draws.OneOf(model.Assets).Id, draws.Between(1, 200_000), place == 0 ? [] : draws.Some(ids, 1, 3)) with
        {
            Logic = draws.Chance(30) ? StepLogic.All : StepLogic.Any,
            Through = draws.Chance(50) ? draws.OneOf(model.Conduits).Id : null,
            Effects = !draws.Chance(60) ? []
                : draws.Chance(20) ? [new Disclosure("identity", draws.Between(1, 9))]
                : [new Manipulation(draws.OneOf(city.Segments).Id, draws.Between(0, 9) * 100)],
        });
        return city with
        {
            Security = model with { Steps = [.. steps], Conduits = [.. model.Conduits.Select(conduit => conduit with { Carries = [] })] },
        };
    }
}
