using System.Collections.Immutable;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Model;

namespace CityTwin.Testing.Cities;

/// <summary>
/// <see cref="HarbourCity"/> with a security model made by hand. From a workstation in the office, or from the vendor, an
/// adversary hops into the controller and trips the substation; the workstation also leads to the records. The office's
/// conduit carries the remote control of the pump, the vendor's carries nothing.
/// </summary>
public static class AttackedHarbour
{
    public static readonly AssetId Plc = new("plc");
    public static readonly AssetId Records = new("records");
    public static readonly AssetId Vendor = new("vendor");
    public static readonly AssetId Workstation = new("workstation");
    public static readonly ConduitId Office = new("c-office");
    public static readonly ConduitId Tunnel = new("c-tunnel");
    public static readonly StepId Account = new("step-account");
    public static readonly StepId Hop = new("step-hop");
    public static readonly StepId Leak = new("step-leak");
    public static readonly StepId Remote = new("step-remote");
    public static readonly StepId Through = new("step-through");
    public static readonly StepId Trip = new("step-trip");
    public static readonly SensorId Siem = new("siem");
    public static readonly SensorId Tamper = new("tamper");

    /// <summary>What the office's conduit leaves the pump while it is isolated.</summary>
    public const int PumpAlone = 400;

    public static City Of(string hash = "0123456789abcdef")
    {
        var city = HarbourCity.Of(hash: hash);
        var camera = city.Sensors.Single(sensor => sensor.Id.Value == "camera");
        return city with
        {
            Sensors = [.. city.Sensors, camera with { Id = Siem, Name = "SIEM", Kind = "siem" }, camera with { Id = Tamper, Name = "Tamper", Kind = "tamper" }],
            Security = Model,
        };
    }

    public static SecurityModel Model { get; } = SecurityModel.None with
    {
        Zones = [new(new("control"), "Control", 3, 2, [new("harbour")]), new(new("office"), "Office", 2, 1, [])],
        Conduits =
        [
            new(Office, "Office to control", new("office"), new("control"), 2, 1, [new(new("pump"), PumpAlone)]),
            new(Tunnel, "Vendor's tunnel", new("office"), new("control"), 2, 1, []),
        ],
        Assets =
        [
            new(Plc, "Controller", "controller", new("control"), new("harbour"), [new("substation")], [Siem, Tamper]),
            new(Records, "Records", "records", new("office"), null, [], [Siem]),
            new(Vendor, "Vendor", "vendor", null, null, [], []),
            new(Workstation, "Workstation", "workstation", new("office"), new("hospital"), [], [Siem]),
        ],
        Steps =
        [
            Step(Account, Workstation, 60),
            Step(Hop, Plc, 600, Account) with { Through = Office },
            Step(Leak, Records, 3_600, Account) with { Effects = [new Disclosure("identity", 500)] },
            Step(Remote, Vendor, 60),
            Step(Through, Plc, 1_200, Remote) with { Through = Tunnel },
            Step(Trip, Plc, 300, Hop, Through) with { Effects = [new Manipulation(new("substation"), 0)] },
        ],
        Profiles =
        [
            Profile("state", 1, 1),
            Profile("thief", 0.5, 2),
        ],
    };

    public static AttackStep Step(StepId id, AssetId asset, double seconds, params StepId[] parents) => new(
        id, id.Value, asset, StepKind.Cyber, StepLogic.Any, [.. parents], Duration.Exponential(seconds), Estimate.One, Estimate.Of(0.6),
        [], [], null, null, null, []);

    public static AdversaryProfile Profile(string id, double skill, double speed) => new(
        new(id), id, id, Estimate.Of(skill), Estimate.Of(speed), 2, Knowledge.Plans, [Account], null, Estimate.Zero, []);
}
