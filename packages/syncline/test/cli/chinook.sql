-- The structure of Chinook, a sample database of a music shop, with its names in PascalCase, and a few rows of our own.
create table "Artist" ("ArtistId" int not null constraint "PK_Artist" primary key, "Name" varchar(120));
create table "Album" (
  "AlbumId" int not null constraint "PK_Album" primary key,
  "Title" varchar(160) not null,
  "ArtistId" int not null
);
create table "Employee" (
  "EmployeeId" int not null constraint "PK_Employee" primary key,
  "LastName" varchar(20) not null,
  "FirstName" varchar(20) not null,
  "Title" varchar(30),
  "ReportsTo" int,
  "BirthDate" timestamp,
  "HireDate" timestamp,
  "Address" varchar(70),
  "City" varchar(40),
  "State" varchar(40),
  "Country" varchar(40),
  "PostalCode" varchar(10),
  "Phone" varchar(24),
  "Fax" varchar(24),
  "Email" varchar(60)
);
create table "Customer" (
  "CustomerId" int not null constraint "PK_Customer" primary key,
  "FirstName" varchar(40) not null,
  "LastName" varchar(20) not null,
  "Company" varchar(80),
  "Address" varchar(70),
  "City" varchar(40),
  "State" varchar(40),
  "Country" varchar(40),
  "PostalCode" varchar(10),
  "Phone" varchar(24),
  "Fax" varchar(24),
  "Email" varchar(60) not null,
  "SupportRepId" int
);
create table "Genre" ("GenreId" int not null constraint "PK_Genre" primary key, "Name" varchar(120));
create table "MediaType" ("MediaTypeId" int not null constraint "PK_MediaType" primary key, "Name" varchar(120));
create table "Playlist" ("PlaylistId" int not null constraint "PK_Playlist" primary key, "Name" varchar(120));
create table "Track" (
  "TrackId" int not null constraint "PK_Track" primary key,
  "Name" varchar(200) not null,
  "AlbumId" int,
  "MediaTypeId" int not null,
  "GenreId" int,
  "Composer" varchar(220),
  "Milliseconds" int not null,
  "Bytes" int,
  "UnitPrice" numeric(10, 2) not null
);
create table "Invoice" (
  "InvoiceId" int not null constraint "PK_Invoice" primary key,
  "CustomerId" int not null,
  "InvoiceDate" timestamp not null,
  "BillingAddress" varchar(70),
  "BillingCity" varchar(40),
  "BillingState" varchar(40),
  "BillingCountry" varchar(40),
  "BillingPostalCode" varchar(10),
  "Total" numeric(10, 2) not null
);
create table "InvoiceLine" (
  "InvoiceLineId" int not null constraint "PK_InvoiceLine" primary key,
  "InvoiceId" int not null,
  "TrackId" int not null,
  "UnitPrice" numeric(10, 2) not null,
  "Quantity" int not null
);
create table "PlaylistTrack" (
  "PlaylistId" int not null,
  "TrackId" int not null,
  constraint "PK_PlaylistTrack" primary key ("PlaylistId", "TrackId")
);
alter table "Album" add constraint "FK_AlbumArtistId" foreign key ("ArtistId") references "Artist" ("ArtistId");
alter table "Customer" add constraint "FK_CustomerSupportRepId" foreign key ("SupportRepId") references "Employee" ("EmployeeId");
alter table "Employee" add constraint "FK_EmployeeReportsTo" foreign key ("ReportsTo") references "Employee" ("EmployeeId");
alter table "Invoice" add constraint "FK_InvoiceCustomerId" foreign key ("CustomerId") references "Customer" ("CustomerId");
alter table "InvoiceLine" add constraint "FK_InvoiceLineInvoiceId" foreign key ("InvoiceId") references "Invoice" ("InvoiceId");
alter table "InvoiceLine" add constraint "FK_InvoiceLineTrackId" foreign key ("TrackId") references "Track" ("TrackId");
alter table "PlaylistTrack" add constraint "FK_PlaylistTrackPlaylistId" foreign key ("PlaylistId") references "Playlist" ("PlaylistId");
alter table "PlaylistTrack" add constraint "FK_PlaylistTrackTrackId" foreign key ("TrackId") references "Track" ("TrackId");
alter table "Track" add constraint "FK_TrackAlbumId" foreign key ("AlbumId") references "Album" ("AlbumId");
alter table "Track" add constraint "FK_TrackGenreId" foreign key ("GenreId") references "Genre" ("GenreId");
alter table "Track" add constraint "FK_TrackMediaTypeId" foreign key ("MediaTypeId") references "MediaType" ("MediaTypeId");

insert into "Artist" values (1, 'The Lockkeepers');
insert into "Album" values (1, 'Weir and Tide', 1);
insert into "Employee" ("EmployeeId", "LastName", "FirstName", "Title") values (1, 'Moreau', 'Lise', 'General Manager');
insert into "Employee" ("EmployeeId", "LastName", "FirstName", "Title", "ReportsTo") values (2, 'Abara', 'Tobi', 'Sales Support', 1);
insert into "Customer" ("CustomerId", "FirstName", "LastName", "Email", "SupportRepId") values (1, 'Ines', 'Vogel', 'ines@example.org', 2);
insert into "Genre" values (1, 'Folk');
insert into "MediaType" values (1, 'MPEG audio file');
insert into "Playlist" values (1, 'Rainy days');
insert into "Track" values (1, 'Lower Gate', 1, 1, 1, null, 201000, 6400000, 0.99);
insert into "Invoice" ("InvoiceId", "CustomerId", "InvoiceDate", "Total") values (1, 1, '2021-03-04', 0.99);
insert into "InvoiceLine" values (1, 1, 1, 0.99, 1);
insert into "PlaylistTrack" values (1, 1);
