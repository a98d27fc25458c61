using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Model;
using CityTwin.Import.Security;

namespace CityTwin.Import.Generation.Breaches;

/// <summary>Where the attacks on the networks of the plants come through.</summary>
/// <param name="PowerControl">The step after which the power control centre does what the adversary wants.</param>
/// <param name="Account">The step of somebody who works for the town and has a key.</param>
/// <param name="Admin">The step after which cameras and meters can be reached from the office.</param>
internal sealed record OfficeWays(StepId PowerControl, StepId WaterControl, StepId TelecomControl, StepId Internet, StepId Account, StepId Admin);

/// <summary>
/// The networks above the plants: the town's offices, what the public and suppliers reach, the registers of its
/// citizens, and a control centre for each utility. What lies below a centre is added site by site.
/// </summary>
internal sealed class OfficeBuilder(TownPlan plan, ModelDraft model)
{
    private const double HealthShare = 0.6;
    private const double PaymentShare = 0.4;
    private const int OfficeWithoutComputersPermille = 300;

    private readonly PlannedSite _townHall = plan.SitesOf(SitePlanner.TownHall).First();

    private ZoneId TownHall => ZoneBuilder.IdOf(_townHall);

    public OfficeWays Build()
    {
        model.Zone("outside", "Outside: internet, suppliers, cloud", 0, 0);
        model.Zone("office", "Office network", 2, 1, TownHall);
        model.Zone("border", "Border network", 2, 2, TownHall);
        model.Zone("registers", "Registers of citizens", 3, 2, TownHall);
        var hall = new SegmentId(_townHall.Slug);
        var mail = model.Conduit("outside", "office", "Mail and web of the office", 2);
        var front = model.Conduit("outside", "border", "Portal and remote login", 2, [new(hall, 800)]);
        var inner = model.Conduit("office", "border", "Office to border network", 2);
        var records = model.Conduit("border", "registers", "Portal to registers", 3, [new(hall, 600)]);

        var internet = model.Cyber("internet-access", "Stands on the internet", model.Asset("internet", "Internet", "cloud-service", "outside"), "internet", []);
        var (account, admin, domain) = Office(mail, internet, hall);
        var portal = model.Cyber(
            "portal-exploit", "Breaks into the citizens' portal", model.Asset("portal", "Citizens' portal", "web-portal", "border", TownHall, [hall]),
            "exploit-public", [internet], front);
        var jump = JumpHost(internet, front, inner, domain, portal);
        Registers(internet, records, domain, portal);
        return new(
            Control("power", "Power control centre", jump, internet, hasVendor: true),
            Control("water", "Water control centre", jump, internet, hasVendor: true),
            Control("telecom", "Telecom network management", jump, internet, hasVendor: false),
            internet, account, admin);
    }

    private (StepId Account, StepId Admin, StepId Domain) Office(ConduitId mail, StepId internet, SegmentId hall)
    {
        var desk = model.Asset("office-desk", "Office computers", "workstation", "office", TownHall, [hall]);
        var phish = model.Cyber("office-phish", "Has an employee open a letter", desk, "phish", [internet], mail);
        var account = model.Cyber("office-account", "Is an employee", desk, "has-account", []);
        var foothold = model.Cyber("office-foothold", "Runs programs on an office computer", desk, "move-on", [phish, account]);
        var admin = model.Cyber("office-admin", "Administers an office computer", desk, "escalate", [foothold]);
        var directory = model.Asset("office-directory", "Office directory", "directory", "office", TownHall);
        var domain = model.Cyber("domain-take", "Owns the directory of the office", directory, "move-on", [admin]);
        var encrypt = model.Cyber("office-encrypt", "Encrypts the office", desk, "encrypt", [domain], null, false, new Manipulation(hall, OfficeWithoutComputersPermille));
        var backups = model.Cyber("backups-destroy", "Destroys the backups", directory, "destroy-backups", [domain]);
        model.Cyber(
            "office-ransom", "Holds the office to ransom, its backups gone", desk, "encrypt", [encrypt, backups], null, needsAll: true,
            new Destruction(hall, OfficeWithoutComputersPermille, new(
                DurationKind.Lognormal, StarterLibrary.Guess(5 * 86_400, isShare: false), Estimate.Of(3 * 86_400))));
        return (account, admin, domain);
    }

    private StepId JumpHost(StepId internet, ConduitId front, ConduitId inner, StepId domain, StepId portal)
    {
        var host = model.Asset("jump-host", "Jump host", "jump-host", "border", TownHall);
        var login = model.Cyber("remote-login", "Logs in from afar", host, "guess-remote-login", [internet], front);
        var across = model.Cyber("jump-from-office", "Comes to the border network from the office", host, "move-on", [domain], inner);
        return model.Cyber("jump-host-take", "Owns the jump host", host, "escalate", [login, across, portal]);
    }

    private void Registers(StepId internet, ConduitId records, StepId domain, StepId portal)
    {
        var cloud = model.Asset("cloud-records", "Cloud service of the portal", "cloud-service", "outside");
        var cloudTake = model.Cyber("cloud-take", "Logs in to the cloud service", cloud, "guess-remote-login", [internet]);
        var enter = model.Cyber(
            "registers-enter", "Reaches the registers", model.Asset("registers-gate", "Gate of the registers", "directory", "registers", TownHall),
            "move-on", [domain, portal], records);
        (string Class, string Name, double Share, StepId Parent)[] registers =
        [
            ("identity", "Register of residents", 1, enter), ("health", "Health records", HealthShare, enter), ("payment", "Payments of the portal", PaymentShare, cloudTake),
        ];
        foreach (var (recordClass, name, share, parent) in registers)
        {
            var store = model.Asset($"register-{recordClass}", name, "record-store", "registers", TownHall);
            model.Cyber(
                $"{recordClass}-read", $"Copies: {name}", store, "read-records", [parent], null, false,
                new Disclosure(recordClass, Math.Max(1, (long)(plan.Options.Population * share))));
        }
    }

    /// <summary>A control centre: entered from the jump host or by a supplier, understood, and only then worked.</summary>
    private StepId Control(string word, string name, StepId jump, StepId internet, bool hasVendor)
    {
        model.Zone($"{word}-control", name, 3, 2, TownHall);
        model.Zone($"{word}-field", $"{name}: plants", 3, 1 + plan.Chance.Below(2, word, "field"));
        var door = model.Conduit("border", $"{word}-control", $"Jump host to {name.ToLowerInvariant()}", 3);
        var server = model.Asset($"{word}-scada", name, word == "telecom" ? "network-management" : "scada-server", $"{word}-control", TownHall);
        var ways = new List<StepId> { model.Cyber($"{word}-cross", $"Crosses into: {name}", server, "cross-into-control", [jump], door) };
        if (hasVendor)
        {
            var vendor = model.Asset($"{word}-vendor", $"Supplier of the {word} controls", "vendor", "outside");
            var remote = model.Conduit("outside", $"{word}-control", $"Remote access of the {word} supplier", 3);
            var take = model.Cyber($"{word}-vendor-take", $"Takes over the supplier of the {word} controls", vendor, "supply-chain", [internet]);
            ways.Add(model.Cyber($"{word}-vendor-session", "Comes in by the supplier's remote access", vendor, "vendor-session", [take], remote));
        }

        var enter = model.Cyber($"{word}-enter", $"Is inside: {name}", server, "escalate", ways);
        var learn = model.Cyber($"{word}-learn", "Learns what the points mean", server, "learn-process", [enter]);
        return model.Cyber($"{word}-take", $"Works the screens: {name}", server, "operate-screens", [enter, learn], null, needsAll: true);
    }
}
